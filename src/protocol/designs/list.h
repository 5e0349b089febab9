LIND_DESIGN(group_sequential)
LIND_DESIGN(two_proportions)
LIND_DESIGN(two_means)
LIND_DESIGN(survival)
