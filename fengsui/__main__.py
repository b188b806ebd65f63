"""`python -m fengsui` is the command `fengsui`."""

from fengsui.cli import main

if __name__ == "__main__":
    main()
