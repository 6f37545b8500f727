echo @args >args; $ARMELD @args
