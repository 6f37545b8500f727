mkdir d; $ARMELD strip d
