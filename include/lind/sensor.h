/* sensor.h -- the error of a sensor that is worn: a path in time, not a draw a measurement, so that whoever reads the sensor at a
 * time reads the same.
 *
 * e_0 = z_0, e_n = keep (e_(n-1) + z_n) at nodes n * every, z_n ~ N(0, 1) addressed by the node; error(n) = xi + lambda
 * sinh((e_n - gamma) / delta) (Johnson's SU); between nodes a cubic spline (not a knot) through each block of 10 intervals. What
 * is shown is truth + error, not below `low` and not above `high`. Source: Breton, Kovatchev 2008,
 * doi:10.1177/193229680800200517. Depends on: random.h.
 */
#ifndef LIND_SENSOR_H
#define LIND_SENSOR_H

#include "lind/random.h"

enum { LIND_SENSOR_BLOCK = 10 }; /* intervals of a spline */

typedef struct lind_sensor {
  double gamma, delta, lambda, xi; /* lambda, xi canonical, as the output */
  double keep;                     /* below 1 in size */
  double every;                    /* h between nodes */
  double low, high;                /* canonical; -INFINITY, INFINITY: no limit */
} lind_sensor;

/* Where a reader is on the path; zero it where a patient begins. It only saves time: the error at a time is the same whatever was
 * read before. */
typedef struct lind_sensor_place {
  int begun;
  uint32_t block;
  double latent;                                                    /* e at the last node of the block */
  double value[LIND_SENSOR_BLOCK + 1], bend[LIND_SENSOR_BLOCK + 1]; /* at its nodes: errors, second derivatives per interval^2 */
} lind_sensor_place;

/* time: h, 0 or more, below 2^24 nodes. Cost: a block of 10 draws whenever `time` leaves the block of the last reading. */
double lind_sensor_error(const lind_sensor *sensor, lind_sensor_place *place, lind_who who, lind_purpose why, double time);
double lind_sensor_show(const lind_sensor *sensor, double truth, double error);

#endif
