$ARMELD prelink --help
