mkdir inspect && $ARMELD -o w.a ./inspect
