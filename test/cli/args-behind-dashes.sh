echo nofile.a >args; $ARMELD -o w.a -- @args
