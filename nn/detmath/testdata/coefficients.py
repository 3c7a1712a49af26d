#!/usr/bin/python3
"""Makes the constants of package detmath and prints them as Go.

    apt-get install python3-mpmath && /usr/bin/python3 coefficients.py

Each polynomial is a weighted least-squares fit on Chebyshev points, within a
bit of minimax, done with 60 digits. Rounding all coefficients to float64 at the
end would spoil the fit, so the lowest coefficient is rounded first and held
while the others are fitted again, and so on upwards: each fit repairs the
rounding below it.
"""
import mpmath as mp

mp.mp.dps = 60


def fit(name, f, weight, a, b, n):
    """Prints n float64 coefficients of f on [a, b], constant term first, and
    the largest weight*(f-p)."""
    a, b = mp.mpf(a), mp.mpf(b)
    xs = [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * (i + mp.mpf(1) / 2) / (8 * n)) for i in range(8 * n)]
    ws = [weight(x) for x in xs]
    rest = [f(x) for x in xs]  # what the coefficients still to be found must make
    powers = [[w * x ** j for j in range(n)] for x, w in zip(xs, ws)]
    done = []
    for i in range(n):
        A, y = mp.matrix(n - i, n - i), mp.matrix(n - i, 1)
        for row, w, v in zip(powers, ws, rest):
            for j in range(i, n):
                y[j - i] += row[j] * w * v
                for k in range(i, j + 1):
                    A[j - i, k - i] += row[j] * row[k]
        for j in range(n - i):
            for k in range(j):
                A[k, j] = A[j, k]
        c = mp.mpf(float(mp.lu_solve(A, y)[0]))
        done.append(c)
        rest = [v - c * x ** i for x, v in zip(xs, rest)]
    top = mp.mpf(0)
    for i in range(2000):
        x = a + (b - a) * (i + mp.mpf(1) / 2) / 2000
        top = max(top, abs(weight(x) * (f(x) - mp.polyval(done[::-1], x))))
    print("// %s: %d coefficients, error 2**%s." % (name, n, mp.nstr(mp.log(top, 2), 4)))
    for i, c in enumerate(done):
        print("%s%d = %s" % (name, i, float(c).hex()))
    print()


def split(name, v, *bits):
    """Prints v as a sum of parts; part i is cut to bits[i] bits, the last is rounded."""
    for i, n in enumerate(bits):
        e = int(mp.floor(mp.log(abs(v), 2)))
        part = mp.floor(v * mp.mpf(2) ** (n - 1 - e)) * mp.mpf(2) ** (e - n + 1)
        print("%s%d = %s" % (name, i + 1, float(part).hex()))
        v -= part
    print("%s%d = %s\n" % (name, len(bits) + 1, float(v).hex()))


def words(name, v, n):
    """Prints the first 64*n bits of the fraction v() as uint64 words, highest first."""
    with mp.workprec(64 * n + 64):
        v = int(mp.floor(v() * mp.mpf(2) ** (64 * n)))
    print("// %s" % name)
    for i in range(n):
        print("0x%016x," % (v >> (64 * (n - 1 - i)) & (2 ** 64 - 1)))


def quotient(f, g):
    """f/g with the digits lost near zero given back."""
    def h(x):
        with mp.workdps(150):
            return f(x) / g(x)
    return h


if __name__ == "__main__":
    # exp: e**r = 1 + r + r*r*q(r), |r| <= ln(2)/2 and a little; error relative to e**r - 1.
    lim = mp.log(2) / 2 * mp.mpf("1.0001")
    fit("exp", quotient(lambda r: mp.exp(r) - 1 - r, lambda r: r * r),
        quotient(lambda r: r * r, lambda r: mp.exp(r) - 1), -lim, lim, 10)
    print("log2e = %s" % float(1 / mp.log(2)).hex())
    split("ln2_", mp.log(2), 38)

    # log: 2*atanh(s) = 2*s + s*z*q(z), z = s*s, |s| <= 3 - sqrt(8) and a little; error relative to it.
    s2 = (3 - mp.sqrt(8)) ** 2 * mp.mpf("1.0001")
    at = lambda z: mp.atanh(mp.sqrt(z))
    fit("log", quotient(lambda z: 2 * at(z) - 2 * mp.sqrt(z), lambda z: z * mp.sqrt(z)),
        quotient(lambda z: z * mp.sqrt(z), lambda z: 2 * at(z)), mp.mpf("1e-12"), s2, 7)
    print("sqrtHalf = %s" % float(mp.sqrt(mp.mpf(1) / 2)).hex())

    # sin r = r + r*z*q(z), cos r = 1 - z/2 + z*z*q(z), z = r*r, |r| <= pi/4 and a little; error
    # relative to them.
    z2 = (mp.pi / 4 * mp.mpf("1.0001")) ** 2
    root = lambda f: lambda z: f(mp.sqrt(z))
    fit("sin", quotient(root(lambda r: mp.sin(r) - r), root(lambda r: r ** 3)),
        quotient(root(lambda r: r ** 3), root(mp.sin)), mp.mpf("1e-12"), z2, 6)
    fit("cos", quotient(root(lambda r: mp.cos(r) - 1 + r * r / 2), root(lambda r: r ** 4)),
        root(lambda r: r ** 4 / mp.cos(r)), mp.mpf("1e-12"), z2, 6)
    print("twoOverPi = %s" % float(2 / mp.pi).hex())
    split("halfPi", mp.pi / 2, 36, 36)

    # erfc: (1+2x) * exp(x*x) * erfc(x) = 1.25 + q(t), t = (x-K)/(x+K), 0 <= x <= 27.3; relative
    # error. The left side lies in [1, 1.29]; without the 1.25 the rounding of q's constant term
    # alone would cost half an ulp.
    K = mp.mpf("4.5")
    x = lambda t: K * (1 + t) / (1 - t)
    g = lambda t: (1 + 2 * x(t)) * mp.exp(x(t) ** 2) * mp.erfc(x(t))
    fit("erfc", lambda t: g(t) - mp.mpf("1.25"), lambda t: 1 / g(t), -1, (mp.mpf("27.3") - K) / (mp.mpf("27.3") + K), 24)

    words("2/pi", lambda: 2 / mp.pi, 19)
