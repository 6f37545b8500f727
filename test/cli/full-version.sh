$ARMELD --version >/dev/full
