$ARMELD -o w.a --jobs=-1 liba.a
