test "$($ARMELD --version | head -n 1)" = "armeld $(sed -n 's/^#define ARMELD_VERSION "\(.*\)"/\1/p' "$MAN/../include/armeld.h")"
