"""Values without behaviour: data types, devices, shapes, layouts, switches, errors."""
