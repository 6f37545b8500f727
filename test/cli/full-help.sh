$ARMELD --help >/dev/full
