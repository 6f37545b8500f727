$ARMELD -o '' liba.a
