"""How good functions are, alone, in pairs and together; every number opens its rows."""
