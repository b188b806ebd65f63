"""What 黑猫投诉 gives: the answers of its site, and its export for merchants."""
