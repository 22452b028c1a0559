"""Getting terrain: local files, read onto a case's grid."""
