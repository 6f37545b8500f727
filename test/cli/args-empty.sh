: >args; $ARMELD @args -o w.a @args
