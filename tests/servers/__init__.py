"""Real servers on 127.0.0.1 for the tests: started here, ended here, nothing left behind."""
