// Page script.
