"""An evaluation as an HTML page: accuracies, classes, confusions with their pictures."""
