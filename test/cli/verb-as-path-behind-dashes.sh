mkdir inspect && $ARMELD -- inspect
