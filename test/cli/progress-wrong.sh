$ARMELD -o w.a --progress=sometimes liba.a
