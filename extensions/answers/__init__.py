"""What somebody answered, looked at before anything is composed."""
