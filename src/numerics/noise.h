/* noise.h -- what the engines for stochastic equations share: dx = f dt + g dW, Ito's sense, cell by cell of an addressed path.
 *
 * The Wiener process of noise j runs through nodes k * grid h; its increment over cell k is sqrt(grid) times the normal number at
 * (who, purposes[j], k). So a path is a function of the patient alone: twins have the same one, whatever their arms do, and no
 * increment is ever refined. Let dW be a cell's increment. Over the share s of a cell after the share p of it, phi being where
 * dx/dt = f + G dW / grid with a constant G leads in that time,
 *
 *     Euler and Maruyama   phi,  G = g - p dW g dg/dx
 *     Milstein             phi + g dg/dx ((s dW)^2 - s grid) / 2,  G = g
 *
 * with g as it was at the start. phi is the pair's of stepper_rk.c under the caller's tolerances: where g = 0 the solution is
 * that of the ordinary equation, and no rate is too fast for the grid as long as 1000 steps take the pair through a cell.
 * (Classical schemes put s grid f for the drift's part; they explode where a rate is above 2 / grid.)
 *
 * A stop inside a cell thus takes its share of the increment, and the rest of the cell takes the rest. The term with p puts
 * Euler's g back to the start of the cell; without it each stop would add p (1 - p) h g dg/dx on average. A look is the state
 * that a stop there would have found, and disturbs nothing. Within 1e-7 of a cell from a node counts as the node.
 *
 * Lanes are independent, bit for bit. Depends on: stepper_rk.c, stepper_pass.h, lind/random.h.
 */
#ifndef LIND_NOISE_H
#define LIND_NOISE_H

#include "lind/stepper.h"

typedef enum { LIND_NOISE_EULER, LIND_NOISE_MILSTEIN } lind_noise_scheme;

size_t lind_noise_bytes(const lind_kernel *kernel);
const char *lind_noise_refuses(const lind_kernel *kernel);

/* As lind_stepper.advance. pack->who, purposes and grid (> 0) must be there. A lane that is before 0 or has passed 2^24 cells
 * stops with LIND_LANE_STEPS: its path has no address; one that moves too fast for 1000 steps a cell with LIND_LANE_GRID.
 * tolerance->most_steps counts cells. */
void lind_noise_advance(lind_noise_scheme scheme, const lind_kernel *kernel, const lind_lane *frame,
                        const lind_tolerance *tolerance, lind_advance *pack, void *workspace);

#endif
