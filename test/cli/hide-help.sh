$ARMELD hide --help
