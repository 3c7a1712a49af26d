#!/usr/bin/python3
"""Prints the table that detmath_test.go compares with.

    /usr/bin/python3 reference.py > reference.txt          # 400 points a function
    /usr/bin/python3 reference.py 20000 7 > /tmp/many.txt  # points, seed

A line is: function, x, y, d. The exact value is y + d*ulp, where y is a float64
and ulp the distance from |y| to the next float64 away from 0.
"""
import random
import struct
import sys

import mpmath as mp

count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
rnd = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)


def ulp(y):
    b = struct.unpack("<q", struct.pack("<d", abs(y)))[0]
    return mp.mpf(struct.unpack("<d", struct.pack("<q", b + 1))[0]) - mp.mpf(abs(y))


def beside(x, steps=3):
    """x and its neighbours."""
    b = struct.unpack("<q", struct.pack("<d", abs(x)))[0]
    out = [struct.unpack("<d", struct.pack("<q", b + i))[0] for i in range(-steps, steps + 1) if b + i >= 0]
    return [-v for v in out] if x < 0 else out


def wide(lo, hi):
    """A number of either sign whose exponent is uniform in [lo, hi]."""
    return rnd.choice((-1, 1)) * 2.0 ** rnd.uniform(lo, hi)


def positive(draw):
    return lambda: abs(draw())


def near_pi(limit):
    """Arguments below 2**limit that lie very near to multiples of Pi/2, found by the
    continued fractions of Pi/2 times powers of 2 (Muller 2016, on range reduction)."""
    out = []
    with mp.workprec(2400):
        for e in range(-1, limit):
            c = mp.ldexp(mp.pi / 2, 52 - e)  # n*c near an integer m of 53 bits
            v, p0, q0, p1, q1 = c, mp.mpf(0), mp.mpf(1), mp.mpf(1), mp.mpf(0)
            while True:
                a = mp.floor(v)
                p0, q0, p1, q1 = p1, q1, a * p1 + p0, a * q1 + q0
                if p1 >= 2 ** 53:
                    break
                if p1 >= 2 ** 52:
                    out.append(float(mp.ldexp(p1, e - 52)))
                v = 1 / (v - a)
    return out


# Of every function: whole exponent range, where it works, and points of danger.
u = rnd.uniform
tiny = [5e-324, 1e-310, 2.0 ** -1022, 1e-300, 1e-20, 2.0 ** -54, 2.0 ** -53]
tiny += [-v for v in tiny]
half = [float((k + mp.mpf(1) / 2) * mp.log(2)) for k in (-3, -2, -1, 0, 1, 2, 10, -1000, 1000)]
around = lambda vs: [w for v in vs for w in beside(v)]
trig = [lambda: u(-10, 10), lambda: u(-1e5, 1e5), lambda: wide(-60, 17), lambda: wide(16, 1024)]
trig_points = tiny + near_pi(1024)[:: 1 if count > 1000 else 8] + around([1e5, -1e5, 2.0 ** 1023])
trig_points += around([float(k * mp.pi / 4) for k in range(-9, 10) if k] + [float(k * mp.pi / 2) for k in (63660, 63661, 63662)])
functions = {
    "Exp": (mp.exp, [lambda: u(-1, 1), lambda: u(-745.1, 709.7), lambda: wide(-60, 9)],
            tiny + around(half + [709.782712893384, -708.0, 708.0, -708.3964, -745.0]) + [-745.1]),
    "Expm1": (mp.expm1, [lambda: u(-1, 1), lambda: u(-40, 40), lambda: wide(-1070, 9)],
              tiny + around(half[:7] + [-40.0, -37.0, 709.0, 709.7])),
    "Log": (mp.log, [positive(lambda: wide(-1, 1)), positive(lambda: wide(-1074, 1024)), lambda: u(0.99, 1.01)],
            tiny[:7] + around([0.5 ** 0.5, 2 ** 0.5, 0.5, 2.0, 3.0, 2.0 ** 1023]) + [1 - 2.0 ** -53, 1 + 2.0 ** -52, 1.7976931348623157e308]),
    "Log1p": (mp.log1p, [lambda: u(0, 1), lambda: u(-1, 3), lambda: wide(-1070, 0), positive(lambda: wide(0, 1024))],
              tiny + around([2 ** 0.5 - 1, 0.5 ** 0.5 - 1, 2 ** 1.5 - 1, 2.0 ** 53, 2.0 ** 54, 2.0 ** 1023]) + [-1 + 2.0 ** -53, 1.7976931348623157e308]),
    "Tanh": (mp.tanh, [lambda: u(-1, 1), lambda: u(-20, 20), lambda: wide(-1070, 5)],
             tiny + around([v / 2 for v in half[2:6]] + [18.7, -18.7, 19.06])),
    "Sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), [lambda: u(-5, 5), lambda: u(-745, 40), lambda: wide(-60, 9)],
                tiny + around(half[:7] + [-708.0, 708.0, -708.3964])),
    "Erfc": (mp.erfc, [lambda: u(-6, 6), lambda: u(0, 27.2), lambda: wide(-60, 4)],
             tiny + around([0.5, 1.0, 4.5, 26.5, 26.54, 27.2, -5.8])),
    "Sin": (mp.sin, trig, trig_points),
    "Cos": (mp.cos, trig, trig_points),
}

for name, (f, draws, points) in functions.items():
    xs = points + [draws[i % len(draws)]() for i in range(count)]
    for x in xs:
        with mp.workprec(2500 if abs(x) > 1e5 or abs(x) < 1e-5 else 400):
            exact = f(mp.mpf(x))
            y = float(exact)
            if y in (float("inf"), float("-inf")):
                continue
            d = (exact - mp.mpf(y)) / ulp(y)
        print("%s %s %s %.4f" % (name, x.hex(), y.hex(), float(d)))
