$ARMELD -o 'a b' --jsn 'it is' "$(printf '\033[31m\377')" ''
