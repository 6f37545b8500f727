$ARMELD -o w.a -f darvin liba.a
