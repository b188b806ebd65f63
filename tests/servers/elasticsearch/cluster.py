"""Several nodes of Elasticsearch on one machine that form a cluster."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from tests.servers.elasticsearch.server import ElasticsearchServer
from tests.servers.processes import free_port


class ElasticsearchCluster:
    """The cluster; use it as a context manager. `nodes` are its servers, to be killed one by one.

    Raises:
        NotReady: a node did not come up.
    """

    def __init__(self, nodes: int = 3, *, heap: str = "512m") -> None:
        names = [f"n{number}" for number in range(1, nodes + 1)]
        ports = [free_port() for _ in names]
        common = {
            "cluster.name": "fengsui-test",
            "discovery.seed_hosts": ",".join(f"127.0.0.1:{port}" for port in ports),
            "cluster.initial_master_nodes": ",".join(names),
            # A killed node is given up soon; its copies are then made anew on the others.
            "cluster.fault_detection.leader_check.interval": "500ms",
            "cluster.fault_detection.follower_check.interval": "500ms",
        }
        self._names = names
        self.nodes = [
            ElasticsearchServer(
                heap=heap,
                settings={**common, "node.name": name, "transport.port": str(port)},
            )
            for name, port in zip(names, ports, strict=True)
        ]
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            # No node answers before a majority has come: all are launched, then awaited.
            for node in self.nodes:
                stack.enter_context(node.prepared())
                node.launch()
            for node in self.nodes:
                node.wait()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def urls(self) -> list[str]:
        """The addresses of all nodes, of dead ones too."""
        return [node.url for node in self.nodes]

    def node(self, name: str) -> ElasticsearchServer:
        """Return the node that the cluster calls `name`."""
        return self.nodes[self._names.index(name)]
