"""The ways votes add up, a file each; `labeling_functions.aggregate` names them."""
