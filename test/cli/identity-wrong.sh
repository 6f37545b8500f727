$ARMELD -o w.a --identity=name liba.a
