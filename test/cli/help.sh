$ARMELD --help
