"""What a build would do, as values. Pure: the states, the reasons and the plan; `decide` makes them from recipes, lock and facts."""
