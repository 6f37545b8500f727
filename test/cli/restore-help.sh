$ARMELD restore --help
