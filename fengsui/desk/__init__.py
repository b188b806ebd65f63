"""What people do about incidents and complaints."""
