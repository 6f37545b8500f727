$ARMELD -o w.a -f elf liba.a
