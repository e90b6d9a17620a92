function e = tt_to_eberl(r, varargin)
%TT_TO_EBERL  Results as the marker positions of Eberl's correlation toolbox.
%   E = TT_TO_EBERL(R) makes of R, a result of TT_LOAD (its subsets are the
%   markers) or fields of TT_READ_FIELD (their points are), what that toolbox
%   keeps in its files, for TT_WRITE_EBERL:
%
%     E.grid_x, E.grid_y   markers x 1, places in the first image (px from 1)
%     E.validx, E.validy   markers x images, places in the images after the first
%     E.classic            true: the first image has no column
%     E.time_image         images x 2: number of the image (from 1), its time (s)
%     E.stress_strain_x    images x 2: strain (%), stress (MPa); [] for fields
%     E.filenamelist       names of the images, frame_00000.pgm ..., as rows of
%                          text (`temtensile frame --every 1` makes them)
%     E.dropped            markers left out because they were lost in an image
%     E.frames             the frames that these images are (from 0)
%
%   The toolbox knows no missing value: frames without strain (lost, damaged, or
%   after fracture), repeated frames, and markers lost in any other image are
%   left out.
%
%   Options, as name and value:
%     'part'     'ends': the markers are the gauge's two ends; 'from', 'to',
%                'along' or 'all' (default): subsets of that part
%     'classic'  false: validx, validy have a column for the first image, too
%                (default true)
%     'keep'     true: keep lost markers, as NaN (default false)
%
%   Example
%     tt_write_eberl('dic', tt_to_eberl(tt_load('results/film-5pa')))
%
%   See also TT_WRITE_EBERL, TT_READ_EBERL.

% SPDX-License-Identifier: GPL-3.0-or-later
o = tt_options(struct('part', 'all', 'classic', true, 'keep', false), varargin);
if isfield(r, 'u_px')
    [x, y, e] = from_fields(r);
else
    [x, y, e] = from_result(r, o);
end
lost = any(isnan(x) | isnan(y), 2);
e.dropped = 0;
if ~o.keep
    e.dropped = sum(lost);
    x = x(~lost, :);
    y = y(~lost, :);
end
if isempty(x)
    tt_fail('eberl', 'no marker is seen in all %d images', numel(e.frames));
end
e.grid_x = x(:, 1);
e.grid_y = y(:, 1);
e.classic = logical(o.classic);
first = 1 + e.classic;
e.validx = x(:, first:end);
e.validy = y(:, first:end);
n = numel(e.frames);
e.time_image = [(1:n)', e.time_s(:)];
e = rmfield(e, 'time_s');
e.filenamelist = reshape(sprintf('frame_%05d.pgm', e.frames), 15, n)';
end

function [x, y, e] = from_result(r, o)
if ~isfield(r, 'subsets')
    tt_fail('eberl', 'these results hold no places of subsets: they need the results.mat of a whole analysis');
end
c = r.curve;
good = ~isnan(c.strain) & cellfun('isempty', strfind(c.flag, 'duplicate'));
if ~any(good)
    tt_fail('eberl', 'no frame has a strain');
end
if strcmp(o.part, 'ends')
    x = r.ends.x_px(good, :)' + 1;
    y = r.ends.y_px(good, :)' + 1;
else
    mine = strcmp(r.subsets.part, o.part) | strcmp(o.part, 'all');
    if ~any(mine)
        tt_fail('options', '''part'' can be ''ends'', ''from'', ''to'', ''along'' or ''all'', found ''%s''', o.part);
    end
    x = r.subsets.x_px(mine, good) + 1;
    y = r.subsets.y_px(mine, good) + 1;
end
e.frames = c.frame(good)';
e.time_s = c.time_s(good);
e.stress_strain_x = [100 * c.strain(good), 1000 * c.stress_GPa(good)];
end

% The reference image is frame 0.
function [x, y, e] = from_fields(f)
x = f(1).x_px(:);
y = f(1).y_px(:);
for i = 1:numel(f)
    if ~isequal(size(f(i).x_px), size(f(1).x_px)) || any(f(i).x_px(:) ~= f(1).x_px(:))
        tt_fail('eberl', 'the fields do not have the same points: %s', f(i).file);
    end
    x(:, i + 1) = f(1).x_px(:) + f(i).u_px(:);
    y(:, i + 1) = f(1).y_px(:) + f(i).v_px(:);
end
x = x + 1;
y = y + 1;
e.frames = [0, [f.frame]];
if any(isnan(e.frames))
    e.frames = 0:numel(f);
end
e.time_s = [0, [f.time_s]];
e.stress_strain_x = [];
end
