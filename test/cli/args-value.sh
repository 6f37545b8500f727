echo w.a >args; $ARMELD -o @args nofile.a
