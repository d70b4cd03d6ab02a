package org.geotoolkit.temporal.factory;

import org.opengis.temporal.Instant;
import org.opengis.temporal.Period;
import org.opengis.temporal.Position;
import org.opengis.temporal.RelativePosition;
import org.opengis.temporal.TemporalFactory;
import org.opengis.temporal.TemporalGeometricPrimitive;
import org.opengis.temporal.TemporalPrimitive;

public class DefaultTemporalFactory implements TemporalFactory {
    public Instant createInstant(Position position) { return new Moment(position); }

    public Period createPeriod(Instant beginning, Instant ending) { return new Span(beginning, ending); }

    private abstract static class Primitive implements TemporalGeometricPrimitive, Comparable<Object> {
        public RelativePosition relativePosition(TemporalPrimitive other) {
            long[] a = ends(this), b = ends(other);
            if (a[0] == b[0] && a[1] == b[1]) return RelativePosition.EQUALS;
            if (a[1] < b[0]) return RelativePosition.BEFORE;
            if (a[0] > b[1]) return RelativePosition.AFTER;
            if (a[1] == b[0]) return a[0] == a[1] ? RelativePosition.BEGINS : RelativePosition.MEETS;
            if (a[0] == b[1]) return a[0] == a[1] ? RelativePosition.ENDS : RelativePosition.MET_BY;
            if (a[0] > b[0] && a[1] < b[1]) return RelativePosition.DURING;
            if (a[0] < b[0] && a[1] > b[1]) return RelativePosition.CONTAINS;
            if (a[0] == b[0]) return a[1] < b[1] ? RelativePosition.BEGINS : RelativePosition.BEGUN_BY;
            if (a[1] == b[1]) return a[0] > b[0] ? RelativePosition.ENDS : RelativePosition.ENDED_BY;
            return a[0] < b[0] ? RelativePosition.OVERLAPS : RelativePosition.OVERLAPPED_BY;
        }

        public int compareTo(Object other) { return Long.compare(ends(this)[0], ends((TemporalPrimitive) other)[0]); }
    }

    private static long[] ends(TemporalPrimitive one) {
        if (one instanceof Instant) {
            long at = ((Instant) one).getPosition().getDate().getTime();
            return new long[] {at, at};
        }
        Period period = (Period) one;
        return new long[] {ends(period.getBeginning())[0], ends(period.getEnding())[0]};
    }

    private static class Moment extends Primitive implements Instant {
        private final Position position;

        Moment(Position position) { this.position = position; }

        public Position getPosition() { return position; }
    }

    private static class Span extends Primitive implements Period {
        private final Instant beginning, ending;

        Span(Instant beginning, Instant ending) {
            this.beginning = beginning;
            this.ending = ending;
        }

        public Instant getBeginning() { return beginning; }

        public Instant getEnding() { return ending; }
    }
}
