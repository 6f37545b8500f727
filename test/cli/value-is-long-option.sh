$ARMELD -o --json liba.a
