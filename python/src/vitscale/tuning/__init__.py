"""`vitscale tune`: the fastest settings of the engine whose answers stay within a given loss."""
