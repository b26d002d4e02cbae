"""Write everything that is derived from the code: python -m tools"""

from __future__ import annotations

from tools import write_accuracy, write_map, write_surface

write_accuracy.main()
write_map.main()
write_surface.main()
