$ARMELD inspect --help
