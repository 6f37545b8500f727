mkdir d; $ARMELD restore d
