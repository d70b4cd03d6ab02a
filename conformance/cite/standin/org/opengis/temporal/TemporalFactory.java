package org.opengis.temporal;

public interface TemporalFactory {
    Instant createInstant(Position position);

    Period createPeriod(Instant beginning, Instant ending);
}
