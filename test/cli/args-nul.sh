printf 'l\0i\0b\0' >args; $ARMELD -o w.a @args
