$ARMELD strip --help
