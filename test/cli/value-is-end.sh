$ARMELD -o -- liba.a
