"""The SQL of the SQLite store. A list comes in as one JSON array, of any length."""

# Bounds that every time lies in.
ALWAYS = (-(2**63), 2**63 - 1)

ADVANCE = "UPDATE counter SET revision = revision + ? RETURNING revision"

KNOWN_KEYS = "SELECT key FROM posts WHERE key IN (SELECT value FROM json_each(?))"

UPSERT_POST = """
INSERT INTO posts
    (key, published_at, fetched_at, reposts, comments, likes, judged, body, revision, pending)
VALUES (?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?, 1)
ON CONFLICT (key) DO UPDATE SET
    published_at = excluded.published_at,
    fetched_at = excluded.fetched_at,
    reposts = excluded.reposts,
    comments = excluded.comments,
    likes = excluded.likes,
    revision = iif(judged = excluded.judged, revision, excluded.revision),
    pending = pending OR judged <> excluded.judged,
    judged = excluded.judged,
    body = excluded.body
WHERE (excluded.fetched_at, excluded.reposts, excluded.comments, excluded.likes, excluded.body)
    > (fetched_at, reposts, comments, likes, body)
"""

_KEEP = """
ON CONFLICT (post, at) DO UPDATE SET
    reposts = excluded.reposts, comments = excluded.comments, likes = excluded.likes
WHERE (excluded.reposts, excluded.comments, excluded.likes) > (reposts, comments, likes)
"""

# What the stored copy counted, before a later one takes its place.
KEEP_DISPLACED = f"""
INSERT INTO history SELECT id, fetched_at, reposts, comments, likes FROM posts
WHERE fetched_at < ? AND key = ?
{_KEEP}"""

# What a copy counted that is older than the stored one.
KEEP_OLDER = f"""
INSERT INTO history SELECT id, ?, ?, ?, ? FROM posts WHERE key = ? AND fetched_at > ?
{_KEEP}"""

# An INDEXED BY says what the planner, which knows nothing of how the rows are spread, gets wrong.
PENDING = """
SELECT revision, body FROM posts INDEXED BY posts_pending
WHERE pending AND published_at >= ? AND published_at < ? ORDER BY revision LIMIT ?
"""

WAITING = "SELECT count(*) FROM posts INDEXED BY posts_pending WHERE pending"

REVISIONS = "SELECT key, id, revision FROM posts WHERE key IN (SELECT value FROM json_each(?))"

CELLS_OF = """
SELECT DISTINCT brand, published_at FROM mentions WHERE post IN (SELECT value FROM json_each(?))
"""

# Those that a post no longer has. The others are overwritten and keep their row, and with it their
# place among the sketches.
DELETE_MENTIONS = """
DELETE FROM mentions WHERE post IN (SELECT value FROM json_each(?1)) AND (post, brand) NOT IN (
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?2)
)
"""

INSERT_MENTION = """
INSERT INTO mentions
    (post, brand, published_at, organic, negative, complaint, copy, reach, author, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT))
ON CONFLICT (post, brand) DO UPDATE SET
    published_at = excluded.published_at, organic = excluded.organic,
    negative = excluded.negative, complaint = excluded.complaint, copy = excluded.copy,
    reach = excluded.reach, author = excluded.author, body = excluded.body
"""

# Counted from the mentions of the minute, never added up: a repeat cannot count twice. A cell that
# lost its last mention stays as a row of zeros, so that readers learn of the change.
ROLL_UP = """
INSERT INTO points (brand, minute, volume, organic, negative, complaints, reach, authors, revision)
SELECT ?1, ?2, count(*), ifnull(sum(organic), 0), ifnull(sum(negative), 0),
    ifnull(sum(complaint), 0), ifnull(sum(reach), 0), count(DISTINCT iif(organic, author, NULL)), ?5
FROM mentions WHERE brand = ?1 AND published_at >= ?3 AND published_at < ?4
ON CONFLICT (brand, minute) DO UPDATE SET
    volume = excluded.volume, organic = excluded.organic, negative = excluded.negative,
    complaints = excluded.complaints, reach = excluded.reach, authors = excluded.authors,
    revision = excluded.revision
WHERE (volume, organic, negative, complaints, reach, authors) IS NOT (excluded.volume,
    excluded.organic, excluded.negative, excluded.complaints, excluded.reach, excluded.authors)
"""

MARK_DONE = "UPDATE posts SET pending = 0 WHERE id IN (SELECT value FROM json_each(?))"

COUNT_PUBLISHED = "SELECT count(*) FROM posts WHERE published_at >= ? AND published_at < ?"

# In the order of publication, so that of two copies the earlier one is judged first.
REOPEN = """
UPDATE posts SET pending = 1, revision = ?3 + ordered.place FROM (
    SELECT id AS again, row_number() OVER (ORDER BY published_at, key) AS place
    FROM posts WHERE published_at >= ?1 AND published_at < ?2
) AS ordered WHERE id = ordered.again
"""

COUNT_KEYS = "SELECT count(*) FROM posts WHERE key IN (SELECT value FROM json_each(?1))"
REOPEN_KEYS = """
UPDATE posts SET pending = 1, revision = ?1 + ordered.place FROM (
    SELECT id AS again, row_number() OVER (ORDER BY published_at, key) AS place
    FROM posts WHERE key IN (SELECT value FROM json_each(?2))
) AS ordered WHERE id = ordered.again
"""

# The inner remainder is negative before 1970.
POINTS = """
SELECT minute - ((minute % :n) + :n) % :n AS tick, sum(volume), sum(organic), sum(negative),
    sum(complaints), sum(reach), sum(authors)
FROM points WHERE brand = :b AND minute >= :s AND minute < :u AND volume > 0
GROUP BY tick ORDER BY tick
"""

CHANGED = """
SELECT brand, min(minute), max(revision) FROM points INDEXED BY points_changed
WHERE revision > ? GROUP BY brand
"""

CITED = """
SELECT mentions.published_at, posts.key, mentions.body, posts.body
FROM mentions JOIN posts ON posts.id = mentions.post
WHERE brand = :b AND organic AND mentions.published_at >= :s AND mentions.published_at < :u
    AND (mentions.published_at, posts.key) > (:s, :k)
ORDER BY mentions.published_at, posts.key LIMIT :n
"""

DISCOUNTED = """
SELECT mentions.published_at, posts.key, mentions.body, posts.body
FROM mentions JOIN posts ON posts.id = mentions.post
WHERE brand = :b AND NOT organic AND json_extract(mentions.body, '$.discount') = :d
    AND mentions.published_at >= :s AND mentions.published_at < :u
    AND (mentions.published_at, posts.key) > (:s, :k)
ORDER BY mentions.published_at, posts.key LIMIT :n
"""

HEADLINES = """
SELECT mentions.body, posts.body
FROM posts INDEXED BY posts_headlines JOIN mentions ON mentions.post = posts.id
WHERE json_extract(posts.body, '$.kind') = 'headline'
    AND posts.published_at >= :s AND posts.published_at < :u
    AND organic AND brand = ifnull(:b, brand)
ORDER BY posts.published_at, posts.key, brand
"""

AUTHORS = """
SELECT count(DISTINCT author) FROM mentions
WHERE brand = ? AND published_at >= ? AND published_at < ? AND organic
"""

SKETCHED = """
SELECT id FROM mentions INDEXED BY mentions_published WHERE published_at >= ? ORDER BY id
"""

SKETCHES = "SELECT body FROM mentions WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"

MENTIONS_OF = """
SELECT mentions.body FROM posts JOIN mentions ON mentions.post = posts.id
WHERE posts.key IN (SELECT value FROM json_each(?))
"""

NEWEST = "SELECT max(published_at) FROM mentions"

HISTORY = """
SELECT at, history.reposts, history.comments, history.likes
FROM history JOIN posts ON id = post WHERE key = :key
UNION SELECT fetched_at, reposts, comments, likes FROM posts WHERE key = :key ORDER BY 1
"""

TOTALS = """
SELECT (SELECT count(*) FROM posts), count(*), ifnull(sum(organic), 0), ifnull(sum(copy), 0)
FROM mentions
"""
