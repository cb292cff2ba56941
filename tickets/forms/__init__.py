"""What pages send, read and checked: a module for each kind of page. What nobody offered is ignored (T19)."""
