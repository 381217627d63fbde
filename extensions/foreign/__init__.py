"""What somebody else wrote: nothing about it is trusted."""
