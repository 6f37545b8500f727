$ARMELD share --help
